// Moves a shift on the rota by dragging, or by Enter and the arrow keys. Without script each name has
// a link "Change". A name is [data-shift]; a place is a cell with [data-slot]; [data-fixed] has begun.
for (const form of document.querySelectorAll("form[data-rota]")) {
  const section = form.closest("section"), told = form.querySelector("[role=status]");
  const places = () => [...section.querySelectorAll("[data-slot]:not([data-fixed])")];
  let held = null, over = null;

  const words = (name, place = "") =>
    form.dataset[name].replace("{name}", held.dataset.name).replace("{place}", place);

  function show(place) {
    over?.classList.remove("is-over");
    over = place;
    over?.classList.add("is-over");
  }

  function pick(name) {
    held = name;
    name.classList.add("is-held");
    show(name.closest("[data-slot]"));
    told.textContent = words("picked");
  }

  function leave() {
    if (!held) return;
    told.textContent = words("left");
    held.classList.remove("is-held");
    show(null);
    held = null;
  }

  function put(place) {
    if (!held || !place || place === held.closest("[data-slot]")) return leave();
    const other = place.querySelector("[data-shift]");
    if (!other && place.querySelector("form")) return leave(); // somebody who cannot be moved
    form.elements.shift.value = held.dataset.shift;
    form.elements.with.value = other ? other.dataset.shift : "";
    form.elements.to.value = place.dataset.slot;
    form.submit();
  }

  function step(key) {
    const all = places(), at = all.indexOf(over);
    const by = { ArrowUp: -2, ArrowDown: 2, ArrowLeft: -1, ArrowRight: 1 }[key];
    const next = all[at + by];
    if (!next) return;
    show(next);
    next.scrollIntoView({ block: "nearest" });
    told.textContent = words("over", next.dataset.place);
  }

  for (const name of section.querySelectorAll("[data-shift]")) {
    name.draggable = true;
    name.tabIndex = 0;
    name.setAttribute("role", "button");
    name.addEventListener("dragstart", () => pick(name));
    name.addEventListener("dragend", leave);
    name.addEventListener("blur", leave);
    name.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") held ? put(over) : pick(name);
      else if (held && event.key === "Escape") leave();
      else if (held && event.key.startsWith("Arrow")) step(event.key);
      else return;
      event.preventDefault();
    });
  }
  for (const place of places()) {
    place.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      show(place);
    });
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      put(place);
    });
  }
  form.hidden = !section.querySelector("[data-shift]");
}
