"use strict";
// Shows what was computed for each stop of a slider. Texts are set as text, never as markup.
for (const group of document.querySelectorAll(".sliders")) {
  const { unmoved, stops } = JSON.parse(group.querySelector("script").textContent);
  const rows = [...group.querySelectorAll(".slider")];
  const settled = group.querySelector("[aria-live]");
  const assessed = `As assessed: ${unmoved}.`;

  const show = (row, at, answer) => {
    row.querySelector(".at").textContent = at;
    row.querySelector(".answer").textContent = answer;
    row.querySelector("input").setAttribute("aria-valuetext", `${at}: ${answer}`);
  };
  const reset = (row) => {
    const input = row.querySelector("input");
    input.value = input.dataset.start;
    row.classList.remove("moved");
    show(row, "as assessed", unmoved);
  };
  const chosen = (row) => stops[rows.indexOf(row)][Number(row.querySelector("input").value)];

  for (const row of rows) {
    row.addEventListener("input", () => {
      rows.filter((other) => other !== row).forEach(reset);
      const [at, answer] = chosen(row);
      row.classList.add("moved");
      show(row, `at ${at}`, answer);
    });
    row.addEventListener("change", () => {
      const [at, answer] = chosen(row);
      settled.textContent = `${row.querySelector("label").textContent} at ${at}: ${answer}.`;
    });
  }
  group.querySelector("button").addEventListener("click", () => {
    rows.forEach(reset);
    settled.textContent = assessed;
  });
  rows.forEach(reset);
  settled.textContent = assessed;
  group.hidden = false;
}
