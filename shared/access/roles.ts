/** The four things a role can let a person do, in the order that clients expect. */
export const permissions = ['view', 'add', 'change', 'delete'] as const;
export type Permission = (typeof permissions)[number];

/**
 * The roles: what a group can be given, each with the four permissions.
 * The label is what people read; the wording after it completes «lets it view …».
 */
export const roles = {
  admin: { label: 'Admin', covers: 'people, groups and roles, notices and loans' },
  location: { label: 'Locations', covers: 'buildings, labs and racks' },
  host: { label: 'Hosts', covers: 'hosts, their hardware, cards and network interfaces, and what scans see' },
  booking: { label: 'Bookings', covers: 'bookable hosts, bookings and reservations' },
  part_category: { label: 'Part Categories', covers: 'part categories' },
  part: { label: 'Parts', covers: 'parts' },
  stock_location: { label: 'Stock Locations', covers: 'stock locations' },
  stock: { label: 'Stock Items', covers: 'stock items' },
} as const;
export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as Role[];

/** What somebody may do, by role. */
export type Rights = ReadonlyMap<Role, ReadonlySet<Permission>>;

export const isRole = (name: string): name is Role => Object.hasOwn(roles, name);
