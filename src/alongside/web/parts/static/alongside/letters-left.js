// Says how many letters are left, once few are: <textarea data-letters-left="500"
// data-letters-left-words="{} letters left" data-letters-over-words="{} letters too many">.
for (const area of document.querySelectorAll("[data-letters-left]")) {
  const most = Number(area.dataset.lettersLeft);
  const told = document.createElement("p");
  told.className = "small soft";
  told.setAttribute("aria-live", "polite");
  area.after(told);
  const count = () => {
    const left = most - [...area.value.replaceAll("\r\n", "\n")].length;
    const words = left < 0 ? area.dataset.lettersOverWords : area.dataset.lettersLeftWords;
    const few = left < most / 5;
    told.textContent = few ? words.replace("{}", Math.abs(left)) : "";
  };
  area.addEventListener("input", count);
  count();
}
