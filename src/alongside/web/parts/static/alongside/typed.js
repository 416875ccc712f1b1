// Says while answers are typed how each is read: <input class="typed" aria-controls="echo"> and
// <ol id="echo" data-echo="one|spaced">, one <li> an item with a <span data-value> an answer.
const field = document.querySelector("input.typed");
const list = document.getElementById("echo");
const told = document.getElementById("echo-words");

const read = (text) => {
  const between = /[\s,;]+/g;
  if (list.dataset.echo === "one") return [...text.replace(between, "")];
  return text.split(between).filter((word) => word);
};

const fill = (words, ...values) => values.reduce((text, value) => text.replace("{}", value), words);

const echo = () => {
  const words = read(field.value.trim());
  const wrong = [];
  [...list.children].forEach((row, place) => {
    const word = words[place];
    const { from, to } = row.dataset;
    let good = word === "-";
    for (const answer of row.querySelectorAll("[data-value]")) {
      const chosen = word !== undefined && answer.dataset.value === word;
      answer.classList.toggle("is-said", chosen);
      good ||= chosen;
    }
    if (from !== undefined && /^[0-9]+$/.test(word ?? "")) good = +word >= +from && +word <= +to;
    const said = word !== undefined;
    row.classList.toggle("is-now", place === words.length);
    row.classList.toggle("is-skipped", word === "-");
    row.classList.toggle("is-wrong", said && !good);
    if (said && !good) wrong.push(place + 1);
  });
  if (words.length > list.children.length) wrong.push(list.children.length + 1);
  told.textContent = wrong.length
    ? fill(told.dataset.echoWrong, wrong.join(", "))
    : words.length
      ? fill(told.dataset.echoWords, words.length, list.children.length)
      : "";
};

if (field && list && told) {
  field.addEventListener("input", echo);
  echo();
}
