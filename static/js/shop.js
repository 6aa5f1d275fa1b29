// What HTML and htmx leave open: focus that a swap took away, fields that keep what was sent, and
// requests that failed.
// Nothing here is needed to use the shop.

const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary";
const IGNORED = 422; // a refused form answers with fragments of its own

let order = [];
let shown = ""; // the title before a swap
let usual = ""; // the page's own, while a refused form has another in its place

// Before a swap, note what comes after the focused control…
document.addEventListener("htmx:before:swap", () => {
  shown = document.title;
  const all = [...document.querySelectorAll(FOCUSABLE)].filter((each) => each.id);
  const here = all.indexOf(document.activeElement);
  order = here < 0 ? [] : all.slice(here).map((each) => each.id);
});

// …and if the control has gone, go to the next of its kind: the next line, else the heading.
document.addEventListener("htmx:after:swap", () => {
  const lost = !document.activeElement || document.activeElement === document.body;
  if (!lost || !order.length) return;
  const kind = order[0].replace(/-\d+$/, "");
  const next = order.find((id) => id.replace(/-\d+$/, "") === kind && document.getElementById(id));
  (document.getElementById(next) ?? document.querySelector("main h1"))?.focus();
});

// A field that was typed in goes on showing that, whatever a swap writes; the answer decides,
// but for a search that is still being typed.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  const form = ctx.sourceElement?.closest("form:not([role=search])");
  if (status < 400 || status === IGNORED) form?.reset();
  // The form at a page's foot cannot say what the page is called.
  if (status === IGNORED) usual ||= shown;
  else if (status < 400) {
    if (usual && document.title === shown) document.title = usual;
    usual = "";
  }
});

function failed(source) {
  if (source?.matches?.("a[href]")) {
    location.assign(source.href);
    return;
  }
  const words = document.getElementById("failed-words").content.cloneNode(true);
  document.getElementById("notices-list").replaceChildren(words);
}

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status !== IGNORED) failed(ctx.sourceElement);
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => failed(ctx?.sourceElement));

// Escape closes the suggestions; typing brings them back.
document.addEventListener("keydown", ({ key, target }) => {
  const search = target.closest?.(".search");
  if (!search || key !== "Escape") return;
  document.getElementById("search-suggestions").replaceChildren();
  document.getElementById("search-words").focus();
});

// Back, or a page fetched ahead, may be from before the cart's last change: then the cart in its
// header is read anew. What it was last is noted, so that nothing is asked for in vain.
const badge = () => document.getElementById("cart-badge");
const note = () => badge() && localStorage.setItem("cart", badge().textContent);

addEventListener("pageshow", ({ persisted }) => {
  const [entry] = performance.getEntriesByType("navigation");
  const early = entry?.type === "back_forward" || entry?.deliveryType === "navigational-prefetch";
  if (!persisted && !early) note();
  else if (badge() && localStorage.getItem("cart") !== badge().textContent)
    htmx.ajax("GET", badge().dataset.anew, { source: badge(), target: "#cart-badge", swap: "none" });
});
document.addEventListener("htmx:after:swap", note);
