// The panel "What if?": ticks mean belief, a threshold is moved, and all of it becomes an address.

// The address of the question and the policy that the form holds; what says nothing is left out.
export function addressOf(form) {
  const pairs = [...new FormData(form)].filter(([name, value]) => name === "query" || String(value).trim() !== "");
  const asked = pairs.filter(([name, value]) => !(name === "min-confidence" && Number(value) === 0));
  const doubted = [...form.querySelectorAll("input[data-without]:not(:checked)")].map((box) => ["without", box.dataset.without]);
  const query = asked.map(([name, value]) => [name, name === "query" ? value.replaceAll("\r\n", "\n") : value]);
  return `${form.getAttribute("action")}?${new URLSearchParams([...query, ...doubted])}`;
}

// Boxes that leave something out become boxes that say what is believed; the threshold gets a slider.
export function believing(panel) {
  for (const box of panel.querySelectorAll('input[name="without"]')) {
    box.dataset.without = box.value;
    box.id = `believe-${box.value}`;
    box.removeAttribute("name");
    box.checked = !box.checked;
    box.closest("label").classList.toggle("out", !box.checked);
    box.addEventListener("change", () => box.closest("label").classList.toggle("out", !box.checked));
  }
  for (const legend of panel.querySelectorAll("legend")) {
    legend.textContent = legend.textContent.replace(" to leave out", " that are believed");
  }
  const field = panel.querySelector("#min-confidence");
  const shown = document.createElement("output");
  shown.htmlFor = field.id;
  const value = field.value || "0";
  Object.assign(field, { type: "range", step: "0.01", value });
  const tell = () => (shown.textContent = Number(field.value) === 0 ? "any" : `${Math.round(field.value * 100)} %`);
  field.addEventListener("input", tell);
  tell();
  field.after(shown);
  const button = panel.querySelector("button");
  button.hidden = true;
}
