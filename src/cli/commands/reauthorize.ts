import type { ListTokensOptions, OAuthTokenService } from 'evergrant'
import { connectAccount } from '../connect/connect-account.ts'
import { type ConnectRequest, connectRequest } from '../connect/connect-request.ts'
import { type Granted, grantedLines, grantedOf } from '../connect/granted.ts'
import { allConnections } from '../connection-pages.ts'
import { EXIT, type Failure, failureOf, printFailure, UsageError } from '../failure.ts'
import { type Invocation, withService } from '../invocation.ts'
import type { Output } from '../output.ts'
import { visible } from '../visible-text.ts'

/** What became of one connection. */
type Outcome =
  | ({ readonly outcome: 'connected' } & Granted)
  | {
      readonly outcome: 'failed'
      readonly clientId: string
      readonly provider: string
      readonly error: Readonly<Record<string, unknown>>
    }

// What is for one connection alone.
const OF_ONE = [
  ['code', '--code'],
  ['redirectUri', '--redirect-uri'],
  ['parameter', '--parameter'],
] as const

/** Connects again what needs it, one after the other: everything, what a client has, or one connection. */
export async function reauthorize(invocation: Invocation): Promise<number> {
  const { output, args, options } = invocation
  const [clientId, provider] = args
  const stray = OF_ONE.find(([name]) => options[name] !== undefined)
  if (provider === undefined && stray !== undefined) {
    throw new UsageError(`${stray[1]} is for one connection. Name its client and its provider.`)
  }
  // Looked at before anything is opened.
  if (clientId !== undefined) await connectRequest(invocation, clientId, provider ?? '')
  const outcomes = await withService(invocation, {}, async service => {
    const requests = await requestsOf(service, invocation)
    if (requests.length > 1) announce(requests, output)
    return inTurn(service, requests, provider !== undefined, output)
  })
  const failed = outcomes.filter(({ outcome }) => outcome === 'failed').length
  if (output.isJson) output.document({ connections: outcomes })
  else if (outcomes.length === 0) output.line('No connection needs it.')
  else if (outcomes.length > 1) output.line(`${outcomes.length - failed} connected, ${failed} not`)
  return failed === 0 ? EXIT.done : EXIT.reauthorization
}

async function requestsOf(
  service: OAuthTokenService,
  invocation: Invocation,
): Promise<readonly ConnectRequest[]> {
  const [clientId, provider] = invocation.args
  const status: ListTokensOptions['status'] = provider === undefined ? 'reauthorization_required' : undefined
  const connections = await allConnections(service, { clientId, provider, status, limit: 500 })
  if (provider !== undefined && connections.length === 0) {
    throw new UsageError(
      `There is no ${provider} of ${clientId}. Connect it by \`evergrant connect ${clientId} ${provider}\`.`,
    )
  }
  return Promise.all(
    connections.map(connection => connectRequest(invocation, connection.clientId, connection.provider)),
  )
}

function announce(requests: readonly ConnectRequest[], output: Output): void {
  output.complain([
    `${requests.length} connections need it:`,
    ...requests.map(({ clientId, provider }) => `  ${visible(clientId)}  ${visible(provider)}`),
  ])
}

/** One that fails stops no other, but where only one was asked for. */
async function inTurn(
  service: OAuthTokenService,
  requests: readonly ConnectRequest[],
  isOnlyOne: boolean,
  output: Output,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const request of requests) {
    try {
      const granted = await grantedOf(service, await connectAccount(service, request, output))
      outcomes.push({ outcome: 'connected', ...granted })
      if (!output.isJson) for (const line of grantedLines(granted, output.columns)) output.line(line)
    } catch (error) {
      if (isOnlyOne) throw error
      const failure = failureOf(error)
      outcomes.push(failedOutcome(request, failure))
      if (!output.isJson) printFailure(output, failure)
    }
  }
  return outcomes
}

function failedOutcome({ clientId, provider }: ConnectRequest, { code, message, details }: Failure): Outcome {
  return { outcome: 'failed', clientId, provider, error: { code, message, ...details } }
}
