import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type ConnectPage, pageAnswer, problemAnswer, wantsJson } from './connect-page.ts'

const NASTY = `&<b title="it's">`
const SHOWN = '&#38;&#60;b title=&#34;it&#39;s&#34;&#62;'
const page: ConnectPage = {
  status: 409,
  reason: 'account_changed',
  tone: 'question',
  title: `Title ${NASTY}`,
  text: `Text ${NASTY}`,
  form: {
    action: `/confirm?${NASTY}`,
    label: `Agree ${NASTY}`,
    fields: { [`name ${NASTY}`]: `value ${NASTY}` },
  },
  link: { href: `/back?${NASTY}`, label: `Back ${NASTY}` },
}

describe('a page', () => {
  test('T22: shows whatever it is given as text, in each of its places', async () => {
    const html = await (await pageAnswer(page)).text()
    expect(html).not.toContain('<b title')
    for (const place of [
      `<title>Title ${SHOWN}</title>`,
      `<h1>Title ${SHOWN}</h1>`,
      `<p>Text ${SHOWN}</p>`,
      `action="/confirm?${SHOWN}"`,
      `name="name ${SHOWN}" value="value ${SHOWN}"`,
      `>Agree ${SHOWN}</button>`,
      `href="/back?${SHOWN}">Back ${SHOWN}</a>`,
    ]) {
      expect(html).toContain(place)
    }
  })

  test('T22, T23, T24: runs nothing but its own style, is framed by nobody, and sends its form nowhere else', async () => {
    const answer = await pageAnswer(page)
    const style = /<style>(.*)<\/style>/s.exec(await answer.text())?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = [
      "default-src 'none'",
      `style-src 'sha256-${hash}'`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]
    expect(answer.status).toBe(409)
    expect(Object.fromEntries(answer.headers)).toEqual({
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
  })
})

test('T24: a problem is not stored, not framed and not taken for a page either', () => {
  expect(Object.fromEntries(problemAnswer(page, null).headers)).toEqual({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'content-type': 'application/problem+json',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
})

test('a program is known by what it accepts', () => {
  const accepts = (accept: string): boolean =>
    wantsJson(new Request('http://localhost/', { headers: { accept } }))
  for (const accept of [
    'application/json',
    'application/problem+json',
    'text/plain, application/json;q=0.9',
  ]) {
    expect([accept, accepts(accept)]).toEqual([accept, true])
  }
  for (const accept of ['', '*/*', 'text/html', 'text/html, application/json', 'application/jsonx']) {
    expect([accept, accepts(accept)]).toEqual([accept, false])
  }
})
