import { systemClock } from '../../src/clock.ts'
import type { RefreshAnswer } from '../../src/ports/provider.ts'
import type { TransportAnswer } from '../../src/ports/transport.ts'
import type { AnswerRules } from '../../src/providers/answer-rules.ts'
import { defineProvider } from '../../src/providers/define-provider.ts'
import { judgeAnswer } from '../../src/providers/judge-answer.ts'
import { zohoCrm } from '../../src/providers/zoho.ts'
import { Secret } from '../../src/secret.ts'

/** The refresh token that every judged request sent. */
export const sent = Secret.of('sent-refresh-token')
export const zohoRules = zohoCrm().answers
const tokenEndpoint = 'https://id.acme.example/token'
export const standardRules = defineProvider({ name: 'acme', tokenEndpoint }).answers
export const formRules = defineProvider({
  name: 'acme',
  tokenEndpoint,
  answers: { acceptsForm: true },
}).answers

export type Body = string | Uint8Array | object

function bytesOf(body: Body): Uint8Array {
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Judges a whole answer. */
export function judge(
  status: number,
  body: Body,
  rules: AnswerRules = standardRules,
  headers = {},
): RefreshAnswer {
  const answer: TransportAnswer = {
    kind: 'answered',
    status,
    headers: new Headers(headers),
    body: bytesOf(body),
  }
  return judgeAnswer(answer, sent, rules, systemClock)
}

/** Judges an answer that was cut behind this body. */
export function cut(status: number | null, body: Body): RefreshAnswer {
  return judgeAnswer(
    { kind: 'cut', reason: 'ECONNRESET', status, body: bytesOf(body) },
    sent,
    standardRules,
    systemClock,
  )
}

/** The refresh token that an answer carries, whatever its kind. */
export function carriedBy(answer: RefreshAnswer): string | null {
  switch (answer.kind) {
    case 'issued':
      return answer.tokens.refreshToken?.reveal() ?? null
    case 'unsent':
    case 'late':
      return null
    default:
      return answer.refreshToken?.reveal() ?? null
  }
}

/** The kind of an answer, and the code of an ambiguous one. */
export function verdictOn(answer: RefreshAnswer): string {
  return answer.kind === 'ambiguous' ? answer.code : answer.kind
}
