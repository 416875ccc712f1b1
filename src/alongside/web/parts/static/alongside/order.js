// Moves a row of a short list to the place of another by dragging. Without script, and by keyboard,
// each row has its buttons. A row is [data-row]; the form [data-order] carries the new order.
for (const form of document.querySelectorAll("form[data-order]")) {
  const rows = [...form.parentElement.querySelectorAll("[data-row]")];
  let held = null;

  const clear = () => rows.forEach((row) => row.classList.remove("is-held", "is-over"));

  for (const row of rows) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      held = row;
      row.classList.add("is-held");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", ""); // some browsers drag nothing without it
    });
    row.addEventListener("dragend", () => {
      held = null;
      clear();
    });
    row.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      rows.forEach((one) => one.classList.toggle("is-over", one === row && row !== held));
    });
    row.addEventListener("drop", (event) => {
      if (!held) return;
      event.preventDefault();
      if (row === held) return;
      const ids = rows.map((one) => one.dataset.row), to = rows.indexOf(row);
      ids.splice(rows.indexOf(held), 1);
      ids.splice(to, 0, held.dataset.row);
      form.elements.order.value = ids.join(",");
      form.submit();
    });
  }
  form.hidden = rows.length < 2 || !matchMedia("(any-pointer: fine)").matches; // fingers: the buttons
}
