/** Dark and light: the system's choice until somebody presses the button, then theirs. */

import { keep } from "./settings.js";

const systemDark = window.matchMedia("(prefers-color-scheme: dark)");

export function toggleTheme() {
  const now = document.documentElement.dataset.theme ?? (systemDark.matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  keep("theme", next);
}
