/** Settings of this browser, which may have no storage (private windows). Nothing here throws. */

/** @import { Json } from "./types.js" */

/** @param {string} key */
const nameOf = (key) => `countersign:${key}`;

/**
 * @template {Json} T
 * @param {string} key
 * @param {T} fallback for a setting that was never made
 * @returns {T}
 */
export function setting(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(key)) ?? "null") ?? fallback;
  } catch {
    return fallback;
  }
}

/**
 * @param {string} key
 * @param {Json} value
 */
export function keep(key, value) {
  try {
    localStorage.setItem(nameOf(key), JSON.stringify(value));
  } catch {
    /* the setting lasts for this page only */
  }
}
