/** A category with the parts in it. Each part: name, what it is, and its least stock. */
export interface Shelf {
  /** The way to the category from the root. */
  readonly category: readonly string[];
  /** The way to where its stock lies. */
  readonly location: readonly string[];
  readonly units?: string;
  /** Each piece has a serial number of its own. */
  readonly serialised?: boolean;
  readonly price: number;
  readonly parts: readonly (readonly [name: string, description: string, minimum: number])[];
}

const ohms = ['100R', '220R', '470R', '1K', '2K2', '4K7', '10K', '47K', '100K', '1M'];
const farads = ['100pF', '1nF', '10nF', '100nF', '1uF', '10uF', '22uF', '100uF'];

export const shelves: readonly Shelf[] = [
  {
    category: ['Electronics', 'Resistors'],
    location: ['Storeroom', 'Shelf A', 'Drawer A1'],
    price: 0.02,
    parts: ohms.map((ohm) => [`R ${ohm} 0603 1%`, `Thick film resistor ${ohm}, 0603, 1 %, 0.1 W`, 500] as const),
  },
  {
    category: ['Electronics', 'Capacitors'],
    location: ['Storeroom', 'Shelf A', 'Drawer A2'],
    price: 0.05,
    parts: farads.map((farad) => [`C ${farad} 0603`, `Ceramic capacitor ${farad}, X7R, 0603`, 300] as const),
  },
  {
    category: ['Electronics', 'Semiconductors'],
    location: ['Storeroom', 'Shelf A', 'Drawer A3'],
    price: 1.9,
    parts: [
      ['LM317T', 'Adjustable voltage regulator, TO-220', 20],
      ['STM32F407VGT6', 'Microcontroller, Cortex-M4, LQFP-100', 10],
      ['ATmega328P-PU', 'Microcontroller, 8 bit, DIP-28', 10],
      ['BSS138', 'N-channel MOSFET, SOT-23', 100],
      ['1N4148W', 'Switching diode, SOD-123', 200],
      ['LTV-817', 'Optocoupler, DIP-4', 50],
    ],
  },
  {
    category: ['Electronics', 'Connectors'],
    location: ['Storeroom', 'Shelf A', 'Drawer A4'],
    price: 0.8,
    parts: [
      ['Header 2.54 1x40', 'Pin header, straight, 2.54 mm', 40],
      ['JST-XH 4', 'Housing, 4 positions', 60],
      ['SMA edge', 'SMA jack for board edge, 50 Ω', 25],
      ['USB-C 16P', 'USB-C receptacle, 16 pins', 30],
      ['RJ45 MagJack', 'RJ45 with magnetics, 1000BASE-T', 20],
      ['XT60 pair', 'Power connector, plug and socket', 20],
    ],
  },
  {
    category: ['Cables', 'Copper'],
    location: ['Storeroom', 'Shelf B', 'Hooks'],
    price: 4.5,
    parts: [
      ['Cat 6A 1 m', 'Patch cable, shielded, grey', 50],
      ['Cat 6A 3 m', 'Patch cable, shielded, grey', 50],
      ['Cat 6A 10 m', 'Patch cable, shielded, blue', 20],
      ['DAC SFP28 2 m', 'Direct attach cable, 25G', 16],
      ['C13–C14 1 m', 'Power cable, 10 A', 40],
    ],
  },
  {
    category: ['Cables', 'Fibre'],
    location: ['Storeroom', 'Shelf B', 'Hooks'],
    price: 9,
    parts: [
      ['LC–LC OM4 2 m', 'Multimode duplex', 30],
      ['LC–LC OM4 10 m', 'Multimode duplex', 20],
      ['LC–LC OS2 5 m', 'Single mode duplex', 20],
    ],
  },
  {
    category: ['Hardware', 'Fasteners'],
    location: ['Storeroom', 'Shelf C', 'Bins'],
    price: 0.06,
    parts: [
      ['M3×8 pan', 'Machine screw, steel, zinc plated', 500],
      ['M3×16 pan', 'Machine screw, steel, zinc plated', 500],
      ['M4×12 countersunk', 'Machine screw, stainless', 300],
      ['M6 cage nut', 'For square rack holes', 200],
      ['M6×16 rack screw', 'With plastic washer', 200],
      ['M3 standoff 10 mm', 'Hexagonal, brass, inside–outside', 150],
    ],
  },
  {
    category: ['Hardware', 'Rack'],
    location: ['Storeroom', 'Shelf C', 'Floor'],
    price: 38,
    parts: [
      ['Rail kit 1U', 'Sliding rails, universal', 4],
      ['Rail kit 2U', 'Sliding rails, universal', 4],
      ['Blank panel 1U', 'Snap-in', 20],
      ['Cable arm 2U', 'For sliding rails', 4],
    ],
  },
  {
    category: ['Computing', 'Memory'],
    location: ['Storeroom', 'Cabinet', 'Tray 1'],
    price: 210,
    parts: [
      ['RDIMM 16 GB DDR4', '3200 MT/s, single rank', 8],
      ['RDIMM 32 GB DDR4', '3200 MT/s, dual rank', 8],
      ['RDIMM 64 GB DDR5', '4800 MT/s, dual rank', 4],
      ['UDIMM 16 GB DDR4', '2666 MT/s, ECC', 4],
    ],
  },
  {
    category: ['Computing', 'Drives'],
    location: ['Storeroom', 'Cabinet', 'Tray 2'],
    serialised: true,
    price: 320,
    parts: [
      ['SSD 960 GB SATA', '2.5 inch, mixed use', 2],
      ['SSD 3.84 TB NVMe', 'U.2, read intensive', 2],
      ['HDD 12 TB SAS', '3.5 inch, 7200 rpm', 2],
      ['M.2 512 GB', '2280, NVMe', 2],
    ],
  },
  {
    category: ['Computing', 'Optics'],
    location: ['Storeroom', 'Cabinet', 'Tray 3'],
    serialised: true,
    price: 95,
    parts: [
      ['SFP+ SR', '10GBASE-SR, LC, 850 nm', 4],
      ['SFP28 SR', '25GBASE-SR, LC, 850 nm', 4],
      ['QSFP28 SR4', '100GBASE-SR4, MPO', 2],
      ['SFP+ LR', '10GBASE-LR, LC, 1310 nm', 2],
    ],
  },
];
