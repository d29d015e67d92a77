// Adds a button that copies a citation. Without it the text can be selected as it is.
for (const citation of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break
  const words = citation.textContent.trim().replace(/\s+/g, " ")
  const button = document.createElement("button")
  const said = document.createElement("span")
  button.type = "button"
  button.textContent = citation.dataset.copy
  said.setAttribute("role", "status")
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(words)
    said.textContent = citation.dataset.copied
  })
  const line = document.createElement("p")
  line.className = "copy"
  line.append(button, said)
  citation.after(line)
}
