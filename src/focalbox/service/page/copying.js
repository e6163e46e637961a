// The rows of code to copy, and what has to be done first for their addresses to work.

import { signed } from "./service.js";
import { nameElement, say } from "./speech.js";

const SHOWN = 1600; // milliseconds that a button shows what it did
const SIGNED = "Each address that begins with /v1/ needs a signature here: focalbox sign 'ADDRESS' adds it. "
  + "Addresses of thumbor and imgproxy need a signature with their own key in place of unsafe, those of Filestack a policy.";
const NAMES = ["URL", "img srcset", "picture", "CSS", "thumbor", "imgproxy", "Filestack", "Command", "Python"];

const part = (id) => document.getElementById(id);
const idOf = (name) => `snippet-${name.replaceAll(" ", "-")}`;

/** Make the rows. */
export function buildSnippets() {
  for (const name of NAMES) {
    const row = part("snippet").content.firstElementChild.cloneNode(true);
    row.querySelector("h3").textContent = name;
    row.querySelector("code").id = idOf(name);
    row.querySelector("pre").setAttribute("aria-label", name);
    const button = row.querySelector("button");
    button.setAttribute("aria-label", `Copy the ${name}`);
    button.addEventListener("click", () => copy(name, button));
    part("snippets").append(row);
  }
}

/** Fill the rows, and hide those without a snippet. */
export function fillSnippets(all) {
  for (const name of NAMES) {
    part(idOf(name)).textContent = all[name] ?? "";
    part(idOf(name)).closest(".snippet").hidden = !all[name];
  }
}

/** Explain what has to be done before the addresses work. */
export function explainPlace(name, { folder, servable, there, sizes }) {
  const first = there ? [] : !servable
    ? ["A picture called ", nameElement(name), " is never served: give it a name that does not begin with a dot and has no backslash."]
    : folder
    ? ["These addresses work once ", nameElement(name), " lies in the service's folder: put it here first."]
    : ["This service has no folder of pictures yet: start it with --root FOLDER, put the picture there, and the addresses work."];
  const then = signed ? [" ", SIGNED] : [];
  const only = sizes.length > 0 ? [` The sizes served here are ${sizes.join(", ")}: put one of them into an address.`] : [];
  const words = [...first, ...then, ...only];
  part("place").replaceChildren(...words);
  part("place").hidden = words.length === 0;
}

async function copy(name, button) {
  const code = part(idOf(name));
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
    say(`The ${name} was copied.`);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(code);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    button.textContent = "Selected";
    say("The text is selected: copy it with Ctrl+C or from the menu.");
  }
  setTimeout(() => { button.textContent = "Copy"; }, SHOWN);
}
