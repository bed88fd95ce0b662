import { type CrmField, type CrmModule, choice, commonFields, lookup, mandatory, of } from './fields.ts'

interface Naming {
  readonly singular?: string
  readonly duplicateCheck?: readonly string[]
  readonly display: string
}

function moduleOf(
  api_name: string,
  naming: Naming,
  ...fields: readonly (readonly CrmField[])[]
): readonly [string, CrmModule] {
  const plural = api_name.replaceAll('_', ' ')
  const { singular = plural.replace(/s$/, ''), display, duplicateCheck = [] } = naming
  return [
    api_name,
    {
      ...{ api_name, singular, plural, display, duplicateCheck, custom: false },
      fields: [...commonFields, ...fields.flat()],
    },
  ]
}

const leadSources = choice('Lead_Source', [
  ...['-None-', 'Advertisement', 'Cold Call', 'Employee Referral', 'External Referral', 'OnlineStore'],
  ...['Partner', 'Public Relations', 'Sales Mail Alias', 'Seminar Partner', 'Trade Show', 'Web Download'],
  ...['Web Research', 'Chat'],
])
const industries = choice('Industry', [
  ...['-None-', 'ASP', 'Data/Telecom OEM', 'ERP', 'Government/Military', 'Large Enterprise'],
  ...['ManagementISV', 'Non-management ISV', 'Service Provider', 'Small/Medium Enterprise', 'Technology'],
])
const ratings = choice('Rating', ['-None-', 'Acquired', 'Active', 'Market Failed', 'Project Cancelled'])
const priorities = choice('Priority', ['High', 'Highest', 'Low', 'Lowest', 'Normal'])
const description = of('textarea', ['Description'])
const fullName = of('text', ['Full_Name'], { length: 80, read_only: true })
const firstName = of('text', ['First_Name'], { length: 40 })
const lastName = mandatory('Last_Name', 'text', { length: 80 })
const salutation = choice('Salutation', ['-None-', 'Mr.', 'Mrs.', 'Ms.', 'Dr.', 'Prof.'])
const address = of('text', ['Street', 'City', 'State', 'Zip_Code', 'Country'])
const related = [...lookup('Contacts', 'Who_Id'), ...of('multi_module_lookup', ['What_Id'])]
const billing = ['Street', 'City', 'State', 'Code', 'Country'].flatMap(part =>
  of('text', [`Billing_${part}`, `Shipping_${part}`]),
)
const inventory: readonly CrmField[] = [
  ...mandatory('Subject'),
  ...lookup('Contacts', 'Contact_Name'),
  ...of('currency', ['Sub_Total', 'Discount', 'Tax', 'Adjustment', 'Grand_Total']),
  ...of('textarea', ['Terms_and_Conditions', 'Description']),
  ...of('text', ['Carrier']),
  ...billing,
]

/** The modules that every organization has. Line items of the inventory modules are not there. */
export const standardModules: ReadonlyMap<string, CrmModule> = new Map([
  moduleOf(
    'Leads',
    { display: 'Full_Name', duplicateCheck: ['Email'] },
    [...salutation, ...firstName, ...lastName, ...fullName],
    mandatory('Company', 'text', { length: 200 }),
    of('text', ['Designation'], { length: 100 }),
    of('email', ['Email', 'Secondary_Email']),
    of('phone', ['Phone', 'Mobile', 'Fax']),
    of('website', ['Website']),
    [...leadSources, ...industries, ...ratings],
    choice('Lead_Status', [
      ...['-None-', 'Attempted to Contact', 'Contact in Future', 'Contacted', 'Junk Lead', 'Lost Lead'],
      ...['Not Contacted', 'Pre-Qualified', 'Not Qualified'],
    ]),
    of('integer', ['No_of_Employees']),
    of('currency', ['Annual_Revenue']),
    of('boolean', ['Email_Opt_Out']),
    of('text', ['Skype_ID', 'Twitter'], { length: 50 }),
    address,
    description,
    of('datetime', ['Last_Activity_Time'], { read_only: true }),
    of('profileimage', ['Record_Image'], { read_only: true }),
  ),
  moduleOf(
    'Contacts',
    { display: 'Full_Name', duplicateCheck: ['Email'] },
    [...salutation, ...firstName, ...lastName, ...fullName],
    lookup('Accounts', 'Account_Name'),
    lookup('Vendors', 'Vendor_Name'),
    lookup('Contacts', 'Reporting_To'),
    of('email', ['Email', 'Secondary_Email']),
    of('phone', ['Phone', 'Home_Phone', 'Other_Phone', 'Mobile', 'Fax', 'Asst_Phone']),
    of('text', ['Title', 'Department', 'Assistant', 'Skype_ID', 'Twitter'], { length: 100 }),
    of('date', ['Date_of_Birth']),
    leadSources,
    of('boolean', ['Email_Opt_Out']),
    of('text', ['Mailing_Street', 'Mailing_City', 'Mailing_State', 'Mailing_Zip', 'Mailing_Country']),
    of('text', ['Other_Street', 'Other_City', 'Other_State', 'Other_Zip', 'Other_Country']),
    description,
    of('datetime', ['Last_Activity_Time'], { read_only: true }),
    of('profileimage', ['Record_Image'], { read_only: true }),
  ),
  moduleOf(
    'Accounts',
    { display: 'Account_Name', duplicateCheck: ['Account_Name'] },
    mandatory('Account_Name', 'text', { length: 200 }),
    lookup('Accounts', 'Parent_Account'),
    of('phone', ['Phone', 'Fax']),
    of('website', ['Website']),
    of('text', ['Account_Site', 'Ticker_Symbol'], { length: 80 }),
    of('bigint', ['Account_Number']),
    choice('Account_Type', ['-None-', 'Analyst', 'Competitor', 'Customer', 'Distributor', 'Partner']),
    choice('Ownership', ['-None-', 'Other', 'Private', 'Public', 'Subsidiary', 'Government']),
    [...industries, ...ratings],
    of('integer', ['Employees', 'SIC_Code']),
    of('currency', ['Annual_Revenue']),
    billing,
    description,
    of('datetime', ['Last_Activity_Time'], { read_only: true }),
  ),
  moduleOf(
    'Deals',
    { display: 'Deal_Name', duplicateCheck: ['Deal_Name'] },
    mandatory('Deal_Name', 'text', { length: 120 }),
    mandatory('Stage', 'picklist', {
      pick_list_values: [
        ...['Qualification', 'Needs Analysis', 'Value Proposition', 'Identify Decision Makers'],
        ...['Proposal/Price Quote', 'Negotiation/Review', 'Closed Won', 'Closed Lost'],
      ],
    }),
    choice('Pipeline', ['Standard (Standard)']),
    lookup('Accounts', 'Account_Name'),
    lookup('Contacts', 'Contact_Name'),
    lookup('Campaigns', 'Campaign_Source'),
    of('currency', ['Amount', 'Expected_Revenue']),
    of('date', ['Closing_Date']),
    of('integer', ['Probability'], { length: 3 }),
    of('text', ['Next_Step'], { length: 100 }),
    choice('Type', ['-None-', 'Existing Business', 'New Business']),
    leadSources,
    description,
    of('datetime', ['Last_Activity_Time'], { read_only: true }),
  ),
  moduleOf(
    'Tasks',
    { display: 'Subject' },
    mandatory('Subject'),
    related,
    of('date', ['Due_Date']),
    choice('Status', ['Not Started', 'Deferred', 'In Progress', 'Completed', 'Waiting for input']),
    priorities,
    of('boolean', ['Send_Notification_Email']),
    description,
    of('datetime', ['Closed_Time'], { read_only: true }),
  ),
  moduleOf(
    'Events',
    { display: 'Event_Title', singular: 'Meeting' },
    mandatory('Event_Title'),
    mandatory('Start_DateTime', 'datetime'),
    mandatory('End_DateTime', 'datetime'),
    related,
    of('boolean', ['All_day']),
    of('text', ['Venue', 'Meeting_Venue__s']),
    description,
  ),
  moduleOf(
    'Calls',
    { display: 'Subject' },
    mandatory('Subject'),
    mandatory('Call_Type', 'picklist', { pick_list_values: ['Outbound', 'Inbound', 'Missed'] }),
    mandatory('Call_Start_Time', 'datetime'),
    related,
    of('text', ['Call_Duration', 'Call_Agenda', 'Dialled_Number', 'Caller_ID']),
    of('integer', ['Call_Duration_in_seconds']),
    choice('Call_Purpose', ['-None-', 'Prospecting', 'Administrative', 'Negotiation', 'Demo', 'Project']),
    choice('Call_Result', ['-None-', 'Interested', 'Not interested', 'No response/Busy']),
    choice('Outgoing_Call_Status', ['Scheduled', 'Completed', 'Overdue', 'Cancelled']),
    description,
  ),
  moduleOf(
    'Products',
    { display: 'Product_Name', duplicateCheck: ['Product_Name'] },
    mandatory('Product_Name', 'text', { length: 200 }),
    of('text', ['Product_Code', 'Manufacturer', 'Product_Category', 'Usage_Unit']),
    lookup('Vendors', 'Vendor_Name'),
    of('boolean', ['Product_Active', 'Taxable']),
    of('date', ['Sales_Start_Date', 'Sales_End_Date', 'Support_Start_Date', 'Support_Expiry_Date']),
    of('currency', ['Unit_Price', 'Commission_Rate']),
    of('double', ['Qty_Ordered', 'Qty_in_Stock', 'Reorder_Level', 'Qty_in_Demand']),
    description,
  ),
  moduleOf(
    'Vendors',
    { display: 'Vendor_Name', duplicateCheck: ['Vendor_Name'] },
    mandatory('Vendor_Name', 'text', { length: 120 }),
    of('phone', ['Phone']),
    of('email', ['Email']),
    of('website', ['Website']),
    of('text', ['Category']),
    address,
    description,
  ),
  moduleOf(
    'Campaigns',
    { display: 'Campaign_Name', duplicateCheck: ['Campaign_Name'] },
    mandatory('Campaign_Name', 'text', { length: 200 }),
    choice('Type', ['-None-', 'Conference', 'Webinar', 'Trade Show', 'Partners', 'Email', 'Telemarketing']),
    choice('Status', ['-None-', 'Planning', 'Active', 'Inactive', 'Complete']),
    of('date', ['Start_Date', 'End_Date']),
    of('currency', ['Expected_Revenue', 'Budgeted_Cost', 'Actual_Cost']),
    of('bigint', ['Expected_Response', 'Num_sent']),
    lookup('Campaigns', 'Parent_Campaign'),
    description,
  ),
  moduleOf(
    'Cases',
    { display: 'Subject', duplicateCheck: ['Subject'] },
    mandatory('Subject'),
    mandatory('Status', 'picklist', { pick_list_values: ['New', 'On Hold', 'Escalated', 'Closed'] }),
    mandatory('Case_Origin', 'picklist', { pick_list_values: ['Email', 'Phone', 'Web', 'Twitter'] }),
    of('autonumber', ['Case_Number'], { read_only: true }),
    [...priorities, ...choice('Type', ['Problem', 'Feature Request', 'Question'])],
    lookup('Accounts', 'Account_Name'),
    lookup('Products', 'Product_Name'),
    lookup('Deals', 'Deal_Name'),
    lookup('Contacts', 'Related_To'),
    choice('Case_Reason', ['-None-', 'User did not attend any training', 'Complex functionality']),
    of('text', ['Reported_By']),
    of('email', ['Email']),
    of('phone', ['Phone']),
    of('textarea', ['Internal_Comments', 'Solution', 'Description']),
  ),
  moduleOf(
    'Solutions',
    { display: 'Solution_Title', duplicateCheck: ['Solution_Title'] },
    mandatory('Solution_Title'),
    of('autonumber', ['Solution_Number'], { read_only: true }),
    lookup('Products', 'Product_Name'),
    choice('Status', ['Draft', 'Reviewed', 'Duplicate']),
    of('boolean', ['Published']),
    of('textarea', ['Question', 'Answer']),
  ),
  moduleOf(
    'Quotes',
    { display: 'Subject', duplicateCheck: ['Subject'] },
    inventory,
    lookup('Deals', 'Deal_Name'),
    lookup('Accounts', 'Account_Name'),
    of('autonumber', ['Quote_Number'], { read_only: true }),
    choice('Quote_Stage', ['Draft', 'Negotiation', 'Delivered', 'On Hold', 'Confirmed', 'Closed Won']),
    of('date', ['Valid_Till']),
    of('text', ['Team']),
  ),
  moduleOf(
    'Sales_Orders',
    { display: 'Subject', duplicateCheck: ['Subject'] },
    inventory,
    lookup('Deals', 'Deal_Name'),
    lookup('Accounts', 'Account_Name'),
    lookup('Quotes', 'Quote_Name'),
    of('autonumber', ['SO_Number'], { read_only: true }),
    choice('Status', ['Created', 'Approved', 'Delivered', 'Cancelled']),
    of('date', ['Due_Date']),
    of('text', ['Purchase_Order', 'Customer_No', 'Pending']),
    of('currency', ['Excise_Duty', 'Sales_Commission']),
  ),
  moduleOf(
    'Purchase_Orders',
    { display: 'Subject', duplicateCheck: ['Subject'] },
    inventory,
    mandatory('Vendor_Name', 'lookup', { module: 'Vendors' }),
    of('text', ['PO_Number', 'Requisition_No', 'Tracking_Number']),
    choice('Status', ['Created', 'Approved', 'Delivered', 'Cancelled']),
    of('date', ['PO_Date', 'Due_Date']),
    of('currency', ['Excise_Duty', 'Sales_Commission']),
  ),
  moduleOf(
    'Invoices',
    { display: 'Subject', duplicateCheck: ['Subject'] },
    inventory,
    lookup('Deals', 'Deal_Name__s'),
    lookup('Accounts', 'Account_Name'),
    lookup('Sales_Orders', 'Sales_Order'),
    of('autonumber', ['Invoice_Number'], { read_only: true }),
    choice('Status', ['Created', 'Approved', 'Delivered', 'Cancelled']),
    of('date', ['Invoice_Date', 'Due_Date']),
    of('text', ['Purchase_Order']),
    of('currency', ['Excise_Duty', 'Sales_Commission']),
  ),
  moduleOf(
    'Price_Books',
    { display: 'Price_Book_Name', duplicateCheck: ['Price_Book_Name'] },
    mandatory('Price_Book_Name'),
    of('boolean', ['Active']),
    choice('Pricing_Model', ['-None-', 'Flat', 'Differential']),
    description,
  ),
  moduleOf(
    'Notes',
    { display: 'Note_Title' },
    of('text', ['Note_Title'], { length: 120 }),
    mandatory('Note_Content', 'textarea'),
    mandatory('Parent_Id', 'multi_module_lookup'),
  ),
])
