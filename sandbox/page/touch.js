/** Touch screens have no Enter key that sends, no hovering, and no second tab at hand. */

const mouse = window.matchMedia("(hover: hover)");

/** Whether there is a keyboard to name keys of. */
export const hasKeys = () => mouse.matches;
