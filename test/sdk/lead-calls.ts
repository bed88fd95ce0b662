import type { ZohoConnection } from '../../src/zoho/request/zoho-connection.ts'
import { ZohoRequests } from '../../src/zoho/request/zoho-requests.ts'

const READ = { method: 'GET', scopes: ['ZohoCRM.modules.leads.READ'] } as const
const api = { root: '/crm/v8', originAt: () => 'https://www.zohoapis.com' }

interface Row {
  readonly id: string
  readonly Email: string
}

/** What a call centre asks of its CRM, through the layer of the client that keeps Zoho's limits. */
export class LeadCalls {
  readonly #requests: ZohoRequests

  constructor(connection: ZohoConnection) {
    this.#requests = new ZohoRequests(connection, api)
  }

  async list(): Promise<void> {
    const query = { fields: 'Last_Name,Email', per_page: 10 }
    await this.#requests.send({ ...READ, path: ['Leads'], query })
  }

  async get(id: string): Promise<Row | undefined> {
    const { body } = await this.#requests.send({ ...READ, path: ['Leads', id] })
    return rowsOf(body)[0] as Row | undefined
  }

  /** @returns the id of the lead */
  async upsert(Email: string): Promise<string> {
    const { body } = await this.#requests.send({
      method: 'POST',
      path: ['Leads', 'upsert'],
      scopes: ['ZohoCRM.modules.leads.CREATE'],
      body: { data: [{ Last_Name: 'Caller', Company: 'None', Email }], duplicate_check_fields: ['Email'] },
    })
    const [written] = rowsOf(body) as readonly { readonly details: Row }[]
    return String(written?.details.id)
  }

  async search(email: string): Promise<readonly Row[]> {
    const query = { criteria: `(Email:equals:${email})` }
    const path = ['Leads', 'search']
    const { body } = await this.#requests.send({ ...READ, path, query, heavy: true })
    return rowsOf(body) as readonly Row[]
  }
}

function rowsOf(body: unknown): readonly unknown[] {
  return (body as { readonly data: readonly unknown[] } | null)?.data ?? []
}
