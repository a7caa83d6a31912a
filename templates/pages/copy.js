// @ts-check
/*
 * Buttons that copy: `data-copy` holds the text, or `data-copy-from` the id of the element that shows it.
 */

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text);
  }
  say("Copied");
}

/** For browsers that give a local file no clipboard. @param {string} text */
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** @param {string} words */
function say(words) {
  const toast = document.getElementById("toast");
  if (!toast) return;
  toast.textContent = words;
  toast.classList.add("on");
  setTimeout(() => toast.classList.remove("on"), 1400);
}

/** @param {MouseEvent} event */
function onCopy(event) {
  const button = event.target instanceof Element ? event.target.closest("[data-copy], [data-copy-from]") : null;
  if (!(button instanceof HTMLElement)) return;
  const { copy, copyFrom } = button.dataset;
  copyText(copy ?? document.getElementById(copyFrom ?? "")?.textContent ?? "");
}

if (typeof document !== "undefined") document.addEventListener("click", onCopy);
