#!/usr/bin/env node
/*
 * Stands in the place of the system's browser (BROWSER): opens the address that it is given, keeps cookies, follows
 * redirects, and sends the forms of a local Zoho and of oidc-provider, as whoever BROWSER_USER names. What it saw is
 * written to BROWSER_LOG as one line of JSON. It runs no scripts, for there must be none.
 */
import { appendFileSync } from 'node:fs'

const { BROWSER_LOG, BROWSER_USER = 'ada@example.com', BROWSER_SAYS = 'accept' } = process.env
const cookies = new Map()
const visited = []

async function visit(url, form = null) {
  visited.push(url.href)
  const jar = cookies.get(url.hostname) ?? new Map()
  cookies.set(url.hostname, jar)
  const response = await fetch(url, {
    method: form === null ? 'GET' : 'POST',
    body: form,
    headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    redirect: 'manual',
  })
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    jar.set(name, value)
  }
  const location = response.headers.get('location')
  const html = await response.text()
  return location === null ? { url, status: response.status, html } : visit(new URL(location, url))
}

function formOf({ html }) {
  const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1]
  if (prompt === 'login') return { prompt, login: BROWSER_USER, password: 'any' }
  if (prompt !== undefined) return { prompt }
  if (html.includes('name="decision"')) return { decision: BROWSER_SAYS, user: BROWSER_USER }
  return null
}

let page = await visit(new URL(process.argv[2]))
for (let form = formOf(page); form !== null; form = formOf(page)) {
  page = await visit(page.url, new URLSearchParams(form))
}
const title = /<h1>(.*?)<\/h1>/.exec(page.html)?.[1] ?? ''
const { status, url } = page
appendFileSync(BROWSER_LOG, `${JSON.stringify({ visited, end: { title, status, url: url.href } })}\n`)
