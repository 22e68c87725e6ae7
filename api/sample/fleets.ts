/** A model of machine, and the first half of the MAC addresses that its maker gives out. */
export interface Hardware {
  readonly type: string;
  readonly name: string;
  readonly details: string;
  readonly oui: string;
  readonly nic: string;
}

export const hardware = {
  r650: {
    type: 'Server',
    name: 'PowerEdge R650',
    details: '2 × Xeon Gold 6338, 256 GB',
    oui: 'd0:94:66',
    nic: 'BCM57414',
  },
  r750: {
    type: 'Server',
    name: 'PowerEdge R750',
    details: '2 × Xeon Platinum 8380, 1 TB',
    oui: 'd0:94:66',
    nic: 'BCM57414',
  },
  r740: { type: 'Storage', name: 'PowerEdge R740xd2', details: '24 × 12 TB', oui: 'd0:94:66', nic: 'BCM57414' },
  dl360: {
    type: 'Server',
    name: 'ProLiant DL360 Gen10',
    details: '2 × Xeon Gold 6248, 192 GB',
    oui: '94:40:c9',
    nic: 'FlexFabric 10Gb',
  },
  sys1029: {
    type: 'Server',
    name: 'SYS-1029P-WTR',
    details: '2 × Xeon Silver 4214, 96 GB',
    oui: 'ac:1f:6b',
    nic: 'X722',
  },
  guest: { type: 'Virtual machine', name: 'KVM guest', details: '4 cores, 16 GB', oui: '52:54:00', nic: 'virtio' },
  c9300: {
    type: 'Switch',
    name: 'Catalyst 9300-48T',
    details: '48 × 1G, 8 × 10G',
    oui: '70:db:98',
    nic: 'GigabitEthernet',
  },
  a7050: { type: 'Switch', name: '7050SX3-48YC8', details: '48 × 25G, 8 × 100G', oui: '00:1c:73', nic: 'Management1' },
  ex4300: { type: 'Switch', name: 'EX4300-48T', details: '48 × 1G, 4 × 40G', oui: '00:05:85', nic: 'me0' },
  z4: { type: 'Workstation', name: 'Z4 G4', details: 'Xeon W-2245, 64 GB', oui: '3c:52:82', nic: 'I219-LM' },
  orin: { type: 'Board', name: 'Jetson AGX Orin', details: 'Developer kit, 64 GB', oui: '48:b0:2d', nic: 'RTL8211' },
  pi: { type: 'Board', name: 'Raspberry Pi 4B', details: '8 GB', oui: 'dc:a6:32', nic: 'BCM54213' },
} as const satisfies Record<string, Hardware>;

/** Several machines of one kind in one lab. */
export interface Fleet {
  /** Which of the labs. */
  readonly lab: number;
  readonly prefix: string;
  readonly hardware: keyof typeof hardware;
  readonly count: number;
  readonly bookable: boolean;
  /** Has a management controller beside its own interface. */
  readonly managed?: boolean;
  /** Card that every so many of them have. */
  readonly card?: { readonly type: string; readonly details: string; readonly every: number };
  readonly hypervisor?: boolean;
  /** Runs on the hypervisors instead of standing in a rack. */
  readonly virtual?: boolean;
  /** Only the radio team books these. */
  readonly radio?: boolean;
}

export const fleets: readonly Fleet[] = [
  { lab: 0, prefix: 'hv', hardware: 'r750', count: 4, bookable: false, managed: true, hypervisor: true },
  {
    lab: 0,
    prefix: 'cn',
    hardware: 'r650',
    count: 16,
    bookable: true,
    managed: true,
    card: { type: 'GPU', details: 'A100 80 GB', every: 4 },
  },
  { lab: 0, prefix: 'vm', hardware: 'guest', count: 16, bookable: true, virtual: true },
  {
    lab: 0,
    prefix: 'st',
    hardware: 'r740',
    count: 4,
    bookable: false,
    managed: true,
    card: { type: 'RAID', details: 'PERC H755', every: 1 },
  },
  {
    lab: 1,
    prefix: 'tg',
    hardware: 'dl360',
    count: 12,
    bookable: true,
    managed: true,
    card: { type: 'Network 100G', details: 'ConnectX-6 Dx', every: 2 },
  },
  { lab: 1, prefix: 'sw', hardware: 'c9300', count: 8, bookable: false },
  { lab: 1, prefix: 'ar', hardware: 'a7050', count: 6, bookable: true },
  {
    lab: 2,
    prefix: 'ws',
    hardware: 'z4',
    count: 10,
    bookable: true,
    card: { type: 'GPU', details: 'RTX A4000', every: 2 },
  },
  { lab: 2, prefix: 'bd', hardware: 'orin', count: 12, bookable: true },
  { lab: 2, prefix: 'pi', hardware: 'pi', count: 14, bookable: false },
  {
    lab: 3,
    prefix: 'rf',
    hardware: 'sys1029',
    count: 12,
    bookable: true,
    managed: true,
    radio: true,
    card: { type: 'SDR', details: 'USRP N310', every: 1 },
  },
  { lab: 3, prefix: 'gw', hardware: 'ex4300', count: 6, bookable: false },
];
