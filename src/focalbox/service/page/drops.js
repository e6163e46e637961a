// Files that are dropped anywhere on the page.

/** Give `take` the data of each drop that comes from outside the page; `place` is marked as long as one hovers. */
export function acceptDrops(place, take) {
  let ours = false; // words, links and pictures of the page itself can be dragged, too: to another window
  document.addEventListener("dragstart", () => (ours = true));
  document.addEventListener("dragend", () => (ours = false));
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (ours) return;
      event.preventDefault();
      place.classList.toggle("over", name === "dragover" || (name === "dragleave" && event.relatedTarget !== null));
      if (name === "drop") take(event.dataTransfer);
    });
  }
}
