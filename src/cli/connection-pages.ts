import type { ListedConnection, ListTokensOptions, OAuthTokenService } from 'evergrant'

/** Connections, a page at a time. */
export async function* connectionPages(
  service: OAuthTokenService,
  filter: ListTokensOptions,
): AsyncGenerator<readonly ListedConnection[]> {
  let cursor: string | undefined
  do {
    const page = await service.listTokens({ ...filter, cursor })
    yield page.connections
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

/** All of them. */
export async function allConnections(
  service: OAuthTokenService,
  filter: ListTokensOptions,
): Promise<readonly ListedConnection[]> {
  const connections: ListedConnection[] = []
  for await (const page of connectionPages(service, filter)) connections.push(...page)
  return connections
}
