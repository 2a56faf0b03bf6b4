/** Runs before the first paint, as a classic script: the remembered theme, or the system's. */
(() => {
  let theme = null;
  try {
    theme = JSON.parse(localStorage.getItem("countersign:theme") ?? "null");
  } catch {
    /* no storage: the system decides */
  }
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
})();
