// Beside a family tree that is filled in: a tie between two people by pointer or by keyboard.
// Drag from one to the other, or press T on each of the two; the next free line of the ties gets
// both names. Without script the names are written by hand.
const tree = document.querySelector("[data-ties]");
const said = tree?.querySelector("[data-tie-words]");
let chosen = null;

const fill = (words, ...values) => values.reduce((text, value) => text.replace("{}", value), words);
const cell = (number, column) =>
  document.getElementById(`id_a_${tree.dataset.ties}-${number}-${column}`);

const freeLine = () => {
  for (let number = 1; cell(number, tree.dataset.one); number += 1) {
    const free = [tree.dataset.one, tree.dataset.other].every((it) => !cell(number, it).value);
    if (free) return number;
  }
  return 0;
};

const choose = (person) => {
  chosen?.classList.remove("is-chosen");
  chosen = person;
  person?.classList.add("is-chosen");
};

const tie = (one, other) => {
  choose(null);
  if (!one || !other || one === other) return;
  const number = freeLine();
  if (!number) {
    said.textContent = tree.dataset.full;
    return;
  }
  cell(number, tree.dataset.one).value = one.dataset.person;
  cell(number, tree.dataset.other).value = other.dataset.person;
  said.textContent = fill(tree.dataset.done, number, one.dataset.person, other.dataset.person);
  const how = [...document.querySelectorAll(`select[id^="id_a_${tree.dataset.ties}-${number}-"]`)];
  how[0]?.focus();
};

if (said) {
  tree.querySelector("[data-with-script]").hidden = false;
  let from = null;
  let dragged = false;
  for (const person of tree.querySelectorAll("a[data-person]")) {
    person.draggable = false;
    person.addEventListener("dragstart", (event) => event.preventDefault());
    person.addEventListener("pointerdown", () => {
      from = person;
      dragged = false;
    });
    person.addEventListener("click", (event) => {
      if (dragged) event.preventDefault();
    });
    person.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "t" || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      if (chosen) {
        tie(chosen, person);
        return;
      }
      choose(person);
      said.textContent = fill(tree.dataset.said, person.dataset.person);
    });
  }
  document.addEventListener("pointerup", (event) => {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const person = under?.closest?.("a[data-person]");
    if (from && person && person !== from && tree.contains(person)) {
      dragged = true;
      tie(from, person);
    }
    from = null;
  });
}
