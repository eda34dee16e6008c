// The review queue by keyboard; the token is typed once and kept for this tab alone.

const KEPT = "lodestone-token";
const PLACE = "lodestone-card";
const cards = [...document.querySelectorAll(".card")];
let at = -1;
let chosen = null; // the button that was pressed last: what Enter in a field goes through with

const press = (card, ...values) => {
  const button = values.map((value) => card.querySelector(`button[value="${value}"]`)).find(Boolean);
  if (!button) return;
  button.click();
};

for (const button of document.querySelectorAll('.decide button[name="action"]')) {
  button.addEventListener("click", () => {
    choose(button);
    button.form.elements.reason.required = button.value === "reject";
  });
  button.form.addEventListener("submit", () => sessionStorage.setItem(PLACE, cards.indexOf(button.closest(".card"))));
}

for (const link of document.querySelectorAll(".edit")) {
  link.addEventListener("click", () => sessionStorage.setItem(PLACE, cards.indexOf(link.closest(".card"))));
}

function choose(button) {
  chosen?.classList.remove("chosen");
  chosen = button;
  chosen?.classList.add("chosen");
}

const go = (step) => {
  at = Math.max(0, Math.min(cards.length - 1, at + step));
  cards[at]?.focus();
};

for (const field of document.querySelectorAll('input[name="token"]')) {
  field.value = sessionStorage.getItem(KEPT) ?? "";
  field.addEventListener("change", () => {
    sessionStorage.setItem(KEPT, field.value);
    for (const other of document.querySelectorAll('input[name="token"]')) other.value = field.value;
  });
}
for (const keys of document.querySelectorAll(".keys")) keys.hidden = false;

// After a decision the queue goes on where it was: the next card has taken the place of the one that is done.
const place = sessionStorage.getItem(PLACE);
if (cards.length) sessionStorage.removeItem(PLACE);
if (place !== null && cards.length && document.querySelector(".notice.done")) {
  at = Math.min(Number(place), cards.length - 1);
  cards[at].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches(".decide input")) {
    event.preventDefault();
    if (chosen?.form === event.target.form) chosen.click();
    else event.target.form.querySelector(".actions button").focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  document.querySelector(".notice.done")?.classList.add("seen");
  const card = event.target.closest(".card") ?? cards[at];
  if (card) at = cards.indexOf(card);
  switch (event.key) {
    case "j": go(1); break;
    case "k": go(-1); break;
    case "a": if (card) press(card, "accept", "same"); break;
    case "r": if (card) press(card, "reject", "different"); break;
    case "u": if (card) press(card, "unsure"); break;
    case "e": card?.querySelector(".edit")?.click(); break;
    default: return;
  }
  event.preventDefault(); // or the key is typed into the field that has the focus now
});
