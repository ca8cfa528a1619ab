
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  table.querySelectorAll("th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      const rows = Array.from(body.rows, (row) => {
        const cell = row.cells[column];
        return { row, text: cell.textContent, value: cell.dataset.value === undefined ? NaN : Number(cell.dataset.value) };
      });
      rows.sort((a, b) => {
        const numbers = !Number.isNaN(a.value) && !Number.isNaN(b.value);
        const order = numbers ? a.value - b.value : a.text.localeCompare(b.text, undefined, { numeric: true });
        if (a.text === "" || b.text === "") return (a.text === "") - (b.text === "");
        return direction * order;
      });
      body.append(...rows.map((entry) => entry.row));
    });
  });
}
