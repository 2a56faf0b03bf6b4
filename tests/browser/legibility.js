/** Texts of the page that can hardly be read: less than 4.5 to 1 against what is behind them. */
() => {
  const LEAST = 4.5;
  const channels = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const over = (top, below) => top.rgb.map((value, n) => value * top.a + below[n] * (1 - top.a));
  const behind = (node) => {
    if (!node) return [255, 255, 255];
    const own = channels(getComputedStyle(node).backgroundColor);
    return own.a === 1 ? own.rgb : over(own, behind(node.parentElement));
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (node) => {
    const back = behind(node);
    const [dark, light] = [luminance(over(channels(getComputedStyle(node).color), back)), luminance(back)].sort();
    return (Math.max(dark, light) + 0.05) / (Math.min(dark, light) + 0.05);
  };
  const own = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  return [...document.querySelectorAll("#app *")]
    .filter((node) => own(node) && node.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .filter((node) => !node.closest(":disabled, .avatar") && contrast(node) < LEAST)
    .map((node) => `${node.className || node.tagName}: ${node.textContent.slice(0, 40)} ${contrast(node).toFixed(2)}`);
}
