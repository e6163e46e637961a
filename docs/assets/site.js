// Amends what the theme's script adds to pages: a landmark for each block of code, and tables that no key could scroll.

function amend() {
  for (const buttons of document.querySelectorAll("nav.md-code__nav")) buttons.setAttribute("role", "presentation");
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap")) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  }
}

new MutationObserver(amend).observe(document.body, { childList: true, subtree: true });
window.addEventListener("resize", amend);
amend();
