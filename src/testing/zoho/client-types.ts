import type { LocalZohoApp, ZohoClientType } from './settings.ts'

/** What an app can ask for. */
export type ClientRequest =
  | 'authorization'
  | 'authorization_code'
  | 'refresh_token'
  | 'client_credentials'
  | 'device'

const requests: Readonly<Record<ZohoClientType, readonly ClientRequest[]>> = {
  server: ['authorization', 'authorization_code', 'refresh_token'],
  mobile: ['authorization', 'authorization_code', 'refresh_token'],
  device: ['device', 'refresh_token'],
  self_client: ['authorization_code', 'refresh_token', 'client_credentials'],
}

/** Whether an app of its type may ask for this. */
export function mayAsk({ type }: LocalZohoApp, request: ClientRequest): boolean {
  return type === undefined || requests[type].includes(request)
}
