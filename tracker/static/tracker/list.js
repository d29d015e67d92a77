// Changes the list where the reader is: fetches the page of the new address and puts its parts in place, so that
// focus and scroll position stay. Without it, and whenever anything is not as expected, links and form do their own.
const PARTS = ["#list-head", "#list-facets", "#list-results", ".languages", ".foot"]
const TYPING_PAUSE = 350
const form = document.querySelector("#list-form")
const search = document.querySelector("#filter-q")
const said = document.querySelector("#list-said")
let asking = new AbortController()
let pause = 0

function addressOfForm() {
  const said = [...new FormData(form)].filter(([, value]) => value !== "")
  const query = new URLSearchParams(said).toString()
  return new URL(form.action + (query ? `?${query}` : ""))
}

// What the reader is on, so that its successor can be found: by id, or as the link of the same part that leads there.
// A chip is gone once it is used.
function nameOf(element) {
  if (!element || element === document.body) return null
  if (element.closest(".chips")) return "#list-results"
  if (element.id) return `#${CSS.escape(element.id)}`
  const part = element.closest("#list-head, #list-facets, #list-results")
  const href = element.getAttribute("href")
  return part && href ? `#${part.id} a[href="${CSS.escape(href)}"]` : null
}

async function pageOf(address) {
  asking.abort()
  asking = new AbortController()
  const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } })
  if (!answer.ok) throw new Error(`answered ${answer.status}`)
  const text = await answer.text()
  return { page: new DOMParser().parseFromString(text, "text/html"), address: new URL(answer.url) }
}

function put(page) {
  const parts = PARTS.map((part) => [document.querySelector(part), page.querySelector(part)])
  if (parts.some(([here, there]) => !here || !there)) throw new Error("a part is missing")
  const open = new Map([...document.querySelectorAll(".facet")].map((facet) => [facet.id, facet.open]))
  for (const [here, there] of parts) here.replaceWith(document.adoptNode(there))
  for (const facet of document.querySelectorAll(".facet")) facet.open = open.get(facet.id) ?? facet.open
  document.querySelector("#list").className = page.querySelector("#list").className
  if (document.activeElement !== search) search.value = page.querySelector("#filter-q").value
  document.title = page.title
  for (const link of document.head.querySelectorAll("link[rel=canonical], link[rel=alternate][hreflang]")) {
    const language = link.hreflang ? `[hreflang="${link.hreflang}"]` : ""
    const other = page.head.querySelector(`link[rel=${link.rel}]${language}`)
    if (other) link.href = other.href
  }
}

// `keep` is false where another page of the list is turned to: there the reader begins at its top.
async function show(address, { push = true, keep = true, scroll = null } = {}) {
  const results = document.querySelector("#list-results")
  results.setAttribute("aria-busy", "true")
  try {
    const found = await pageOf(address)
    const focused = nameOf(document.activeElement)
    const height = scroll ?? window.scrollY
    if (push) {
      history.replaceState({ scroll: window.scrollY }, "")
      history.pushState({ scroll: height }, "", found.address)
    }
    put(found.page)
    const list = document.querySelector("#list-results")
    if (keep) {
      if (document.activeElement === document.body && focused) {
        const next = document.querySelector(focused) ?? list
        next.focus({ preventScroll: true })
      }
      window.scrollTo({ top: height, behavior: "instant" })
    } else {
      list.focus({ preventScroll: true })
      list.scrollIntoView({ behavior: "instant" })
    }
    const words = [document.querySelector("#list-head h1"), keep ? null : list.querySelector(".pages p")]
    said.textContent = words.map((element) => element?.textContent.trim() ?? "").join(" ")
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address)
  }
}

function isOfTheList(link) {
  const address = new URL(link.href)
  return address.origin === location.origin && address.pathname === location.pathname && !address.hash
}

if (form && search && said) {
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    clearTimeout(pause)
    show(addressOfForm())
  })
  document.addEventListener("change", (event) => {
    if (event.target.form !== form || event.target === search) return
    show(addressOfForm())
  })
  search.addEventListener("input", () => {
    clearTimeout(pause)
    pause = setTimeout(() => show(addressOfForm()), TYPING_PAUSE)
  })
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#list-head a, #list-facets a, #list-results a")
    const wantsElsewhere = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
    if (!link || event.defaultPrevented || wantsElsewhere || !isOfTheList(link)) return
    event.preventDefault()
    show(link.href, { keep: !link.closest(".pages") })
  })
  window.addEventListener("popstate", (event) => {
    show(location.href, { push: false, scroll: event.state?.scroll ?? 0 })
  })
}
