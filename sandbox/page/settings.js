/** Settings of this browser, which may have no storage (private windows). Nothing here throws. */

/** @import { Json } from "./types.js" */

/** @param {boolean} ofTab forgotten when the tab is closed */
const storage = (ofTab) => (ofTab ? sessionStorage : localStorage);

/** @param {string} key */
const nameOf = (key) => `countersign:${key}`;

/**
 * @template {Json} T
 * @param {string} key
 * @param {T} fallback for a setting that was never made
 * @returns {T}
 */
export function setting(key, fallback, { ofTab = false } = {}) {
  try {
    return JSON.parse(storage(ofTab).getItem(nameOf(key)) ?? "null") ?? fallback;
  } catch {
    return fallback;
  }
}

/**
 * @param {string} key
 * @param {Json} value
 */
export function keep(key, value, { ofTab = false } = {}) {
  try {
    storage(ofTab).setItem(nameOf(key), JSON.stringify(value));
  } catch {
    /* the setting lasts for this page only */
  }
}
