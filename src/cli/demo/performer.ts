import { readFile } from 'node:fs/promises'
import {
  type AccessToken,
  type EventSink,
  EvergrantError,
  InvalidInputError,
  OAuthTokenService,
} from 'evergrant'
import { type Clock, fileKeys, readStoredConnection, systemClock } from 'evergrant/admin'
import { tokenDigest } from 'evergrant/testing'
import { ZohoCalendarService, ZohoCRMService } from 'evergrant/zoho'
import { CLIENT_ID, PROVIDER } from './connection.ts'
import type { Audit, Opening, Performance, RowSeen, Rush, Seen } from './performance.ts'
import { type IncomingCall, type SyncedCall, syncCall } from './sync-call.ts'

const PAUSE_MS = 20

/** A back end with a service of its own. What it knows beside its opening comes from its environment. */
export class Performer implements Performance {
  readonly #onEvent: EventSink
  readonly #clock: Clock = systemClock
  /** Every token it has seen. They never leave the process. */
  readonly #tokens = new Set<string>()
  #opened: OAuthTokenService | null = null

  constructor(onEvent: EventSink) {
    this.#onEvent = onEvent
    const seed = process.env.ZOHO_REFRESH_TOKEN
    if (seed !== undefined) this.#tokens.add(seed)
  }

  async open({ schema, keyFile, policy }: Opening): Promise<void> {
    const encryptionKeys = keyFile === undefined ? undefined : fileKeys(keyFile)
    this.#opened = await OAuthTokenService.open({ schema, encryptionKeys, policy, onEvent: this.#onEvent })
  }

  async rows(): Promise<number> {
    return (await this.#service.listTokens()).connections.length
  }

  hasToken(): Promise<boolean> {
    return this.#service.hasToken(CLIENT_ID, PROVIDER)
  }

  token(): Promise<Seen> {
    return this.#timed(() => this.#service.getToken(CLIENT_ID, PROVIDER))
  }

  refreshNow(): Promise<Seen> {
    return this.#timed(() => this.#service.refreshToken(CLIENT_ID, PROVIDER))
  }

  async rush(callers: number): Promise<Rush> {
    const asked = Array.from({ length: callers }, () => this.token())
    return rushOf(await Promise.allSettled(asked))
  }

  async askUntilChanged(limitMs: number): Promise<Rush> {
    const { digest } = await this.token()
    const endsAt = this.#clock.monotonicMs() + limitMs
    const answers: PromiseSettledResult<Seen>[] = []
    while (this.#clock.monotonicMs() < endsAt) {
      const [answer] = await Promise.allSettled([this.token()])
      answers.push(answer)
      if (answer.status === 'fulfilled' && answer.value.digest !== digest) break
      await this.#clock.delay(PAUSE_MS, { keepAlive: true })
    }
    return rushOf(answers)
  }

  async reject(): Promise<boolean> {
    const { accessToken } = await this.#service.getToken(CLIENT_ID, PROVIDER)
    return this.#service.reportRejected(CLIENT_ID, PROVIDER, accessToken)
  }

  async row(): Promise<RowSeen> {
    const record = await this.#service.getTokenRecord(CLIENT_ID, PROVIDER)
    const refreshToken = record?.refreshToken?.reveal() ?? ''
    this.#tokens.add(refreshToken)
    return { generation: record?.generation ?? 0, refreshTokenDigest: tokenDigest(refreshToken) }
  }

  async useToken(): Promise<number> {
    const accessToken = await this.#service.getAccessToken(CLIENT_ID, PROVIDER)
    const { status } = await fetch(`${process.env.ZOHO_ACCOUNTS_SERVER}/api/echo`, {
      headers: { authorization: `Zoho-oauthtoken ${accessToken}` },
    })
    return status
  }

  sync(call: IncomingCall): Promise<SyncedCall> {
    const connection = { tokens: this.#service, clientId: CLIENT_ID }
    return syncCall(new ZohoCRMService(connection), new ZohoCalendarService(connection), call)
  }

  async audit(files: readonly string[]): Promise<Audit> {
    const row = await readStoredConnection(this.#service, { clientId: CLIENT_ID, provider: PROVIDER })
    const accessToken = row?.accessToken ?? ''
    const refreshToken = row?.refreshToken ?? ''
    const contents = await Promise.all(files.map(file => readFile(file)))
    const lies = (text: string): boolean => contents.some(content => content.includes(text))
    const rowText = JSON.stringify(row)
    const inPlainText = [...this.#tokens].filter(token => rowText.includes(token) || lies(token)).length
    return {
      accessToken,
      refreshToken,
      searchedFor: this.#tokens.size,
      inPlainText,
      bytes: contents.reduce((sum, content) => sum + content.length, 0),
      columnsInFiles: files.length === 0 ? null : lies(accessToken) && lies(refreshToken),
    }
  }

  get #service(): OAuthTokenService {
    if (this.#opened === null) throw new InvalidInputError('The performer has not opened its service.')
    return this.#opened
  }

  async #timed(call: () => Promise<AccessToken>): Promise<Seen> {
    const askedAt = this.#clock.monotonicMs()
    const { accessToken, expiresAt } = await call()
    this.#tokens.add(accessToken)
    return {
      digest: tokenDigest(accessToken),
      leftMs: expiresAt === null ? 0 : expiresAt.getTime() - this.#clock.wallMs(),
      waitedMs: this.#clock.monotonicMs() - askedAt,
    }
  }
}

function rushOf(answers: readonly PromiseSettledResult<Seen>[]): Rush {
  const seen = answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : []))
  return {
    calls: answers.length,
    digests: [...new Set(seen.map(({ digest }) => digest))],
    slowestMs: Math.max(0, ...seen.map(({ waitedMs }) => waitedMs)),
    errors: answers.flatMap(answer => (answer.status === 'rejected' ? [codeOf(answer.reason)] : [])),
  }
}

function codeOf(error: unknown): string {
  return error instanceof EvergrantError ? error.code : 'INTERNAL'
}
