// Puts the newest state of an import in place while a worker is at it. Without it the page loads itself anew.
const PAUSE = 1000

async function renew() {
  const here = document.querySelector("#import")
  if (!here || !("working" in here.dataset)) return
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } })
    const page = new DOMParser().parseFromString(await answer.text(), "text/html")
    const there = page.querySelector("#import")
    if (!answer.ok || !there) throw new Error(`answered ${answer.status}`)
    if (!("working" in there.dataset)) {
      location.reload()
      return
    }
    const [bar, newBar] = [here.querySelector("progress"), there.querySelector("progress")]
    bar.replaceWith(newBar)
    const [said, newSaid] = [here.querySelector("[role=status]"), there.querySelector("[role=status]")]
    if (said && newSaid && said.textContent !== newSaid.textContent) said.textContent = newSaid.textContent
  } catch {
    // The server may be on its way back; the next try will tell.
  }
  setTimeout(renew, PAUSE)
}

setTimeout(renew, PAUSE)
