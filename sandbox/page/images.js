/** Images of this page only: an address elsewhere would tell somebody that the message was read. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";

/** @import { Block, Image } from "./types.js" */

/** @param {string} address */
const isOurs = (address) =>
  /^data:image\/(?:png|jpeg|gif|webp);/i.test(address) || URL.parse(address, location.href)?.origin === location.origin;

/** @param {Image} spec @param {string} className */
export function safeImage(spec, className) {
  const alt = spec.alt_text ?? "";
  if (spec.image_url && isOurs(spec.image_url))
    return h("img", { class: className, src: spec.image_url, alt, loading: "lazy" });
  return h(
    "span.image-placeholder",
    { class: className, role: "img", "aria-label": alt, title: spec.image_url ?? alt },
    icon("image", 16),
    h("span", null, alt || "Image"),
  );
}

/** @param {Block<"image">} block */
export const imageBlock = (block) =>
  h(
    "figure.block.image-block",
    null,
    block.title && h("figcaption", null, plain(block.title)),
    safeImage(block, "image"),
  );
