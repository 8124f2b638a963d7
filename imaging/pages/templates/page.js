"use strict";

function showMessage(...parts) {
  const message = document.createElement("p");
  message.append(...parts);
  document.getElementById("message").replaceChildren(message);
  return message;
}

/* The clipboard API exists on https and localhost alone; over http, and in some browsers for files, the fallback is a
   selected text field and the command "copy". */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text); // shows its own instructions
  }
}

function copiedFromField(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.setAttribute("aria-label", "Text to copy");
  const message = showMessage(field);
  field.select();
  const done = document.execCommand("copy");
  if (!done) message.append("This browser does not let a page copy. Press Ctrl+C (Cmd+C on a Mac): the text is selected.");
  return done;
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-copy]");
  if (!button) return;
  if (!(await copied(button.dataset.copy))) return;
  button.focus();
  showMessage(`Copied: ${button.textContent.replace("Copy ", "")}`).className = "done";
});

for (const part of document.querySelectorAll(".buttons [hidden]")) part.hidden = false; // they need this script
