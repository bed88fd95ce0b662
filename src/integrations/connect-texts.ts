import type { ConnectPage } from './connect-page.ts'

/** What stands on a page; where it leads is added. */
export type PageText = Omit<ConnectPage, 'form' | 'link'>

const NOTHING = 'Nothing was connected or changed.'

type Refusal =
  | 'unknownProvider'
  | 'notSignedIn'
  | 'crossSite'
  | 'wrongMethod'
  | 'tooLarge'
  | 'wrongType'
  | 'malformed'
  | 'prefetch'

/** Requests that come to nothing before the service is asked. */
export const refusals: Readonly<Record<Refusal, PageText>> = {
  unknownProvider: bad(
    404,
    'unknown_provider',
    'There is nothing here',
    'This account cannot be connected here.',
  ),
  notSignedIn: bad(
    401,
    'not_signed_in',
    'Sign in first',
    'You are not signed in here any more. Sign in, and connect the account again.',
  ),
  crossSite: bad(
    403,
    'cross_site',
    'Start from our own page',
    `This was not asked for by a page of ours. ${NOTHING}`,
  ),
  wrongMethod: bad(
    405,
    'wrong_method',
    'Use the button',
    `Accounts are connected by a button of our pages, not by a link. ${NOTHING}`,
  ),
  tooLarge: bad(
    413,
    'too_large',
    'That is too much',
    `What was sent is larger than any form of ours. ${NOTHING}`,
  ),
  wrongType: bad(
    415,
    'wrong_type',
    'That is no form',
    `What was sent is neither a form nor JSON. ${NOTHING}`,
  ),
  malformed: bad(400, 'malformed', 'That does not fit', `What was sent cannot be read. ${NOTHING}`),
  prefetch: bad(503, 'prefetch', 'Not yet', 'This page is for somebody who opens it.'),
}

/** A flow that came to nothing: by the reason of the error. */
export function flowText(reason: string, status: number, label: string): PageText {
  const text = flowTexts[reason] ?? doesNotFit
  return bad(status, reason, text.title(label), `${text.text(label)} ${NOTHING}`)
}

interface FlowText {
  readonly title: (label: string) => string
  readonly text: (label: string) => string
}

const doesNotFit: FlowText = {
  title: () => 'That answer does not fit',
  text: label =>
    `What came back is not the answer to what was asked of ${label}. Go back, and connect the account again.`,
}

const flowTexts: Readonly<Record<string, FlowText>> = {
  unknown_state: {
    title: () => 'This link is not valid',
    text: () =>
      'It belongs to nothing that was started here, or to something long over. Go back, and start again.',
  },
  expired: {
    title: () => 'That took too long',
    text: label => `${label} has to be connected within ten minutes. Go back, and start again.`,
  },
  already_used: {
    title: () => 'This link was used already',
    text: () => 'It works once. Go back to see what became of it, and start again if need be.',
  },
  wrong_browser: {
    title: () => 'Started in another browser',
    text: label =>
      `Connecting ${label} was started in another browser, or somebody sent you this link. Go back, and start in this one.`,
  },
  wrong_user: {
    title: () => 'Started by somebody else',
    text: label =>
      `Connecting ${label} was started by another user than you are now. Go back, and start again.`,
  },
  wrong_client: {
    title: () => 'Started for another account of ours',
    text: label =>
      `Connecting ${label} was started for another account than you are in now. Go back, and start again.`,
  },
  denied: {
    title: label => `${label} was not connected`,
    text: label => `Access was not allowed at ${label}.`,
  },
  refused: {
    title: label => `${label} has refused`,
    text: label => `${label} has answered with an error instead of asking you. Try again later, or tell us.`,
  },
}

/** The provider or the database fails: by the code of the error. Null: it is the app's own fault. */
export function failureText(code: string, label: string): PageText | null {
  switch (code) {
    case 'STORE_UNAVAILABLE':
      return bad(
        503,
        'store_unavailable',
        'That did not work',
        'Something of ours does not answer. Go back, and try again in a moment.',
      )
    case 'PROVIDER_UNAVAILABLE':
      return bad(
        503,
        'provider_unavailable',
        `${label} does not answer`,
        `${NOTHING} Go back, and try again in a moment.`,
      )
    case 'PROVIDER_RATE_LIMITED':
      return bad(
        503,
        'provider_rate_limited',
        `${label} asks for patience`,
        `${NOTHING} Go back, and try again in some minutes.`,
      )
    case 'PROVIDER_RESPONSE':
      return bad(
        502,
        'provider_response',
        `${label} has given an odd answer`,
        `${NOTHING} Go back, and try again.`,
      )
    case 'REAUTHORIZATION_REQUIRED':
      return bad(400, 'refused', `${label} has refused`, `${NOTHING} Go back, and connect the account again.`)
    default:
      return null
  }
}

/** The same callback came twice: a double click, the button for back. */
export function doneText(outcome: string | null, label: string): PageText {
  return outcome === 'connected'
    ? good('Already connected', `${label} is connected. There is nothing more to do.`)
    : good(
        'One moment',
        'This was answered already, in this window or in another. Continue to see what became of it.',
      )
}

/** Another account than before: `account` is the provider's word for the new one, or null. */
export function questionText(label: string, account: string | null): PageText {
  const other = account === null ? 'another account' : `the account ${account}`
  return {
    status: 409,
    reason: 'account_changed',
    tone: 'question',
    title: `Another ${label} account?`,
    text: `You have signed in with ${other}. Until now a different one was connected, and it stays so unless you replace it.`,
  }
}

function bad(status: number, reason: string, title: string, text: string): PageText {
  return { status, reason, tone: 'bad', title, text }
}

function good(title: string, text: string): PageText {
  return { status: 200, reason: 'already_used', tone: 'good', title, text }
}
