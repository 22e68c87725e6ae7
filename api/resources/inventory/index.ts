import type { Resource } from '../declaration.ts';
import { building } from './building.ts';
import { card } from './card.ts';
import { cardType } from './card-type.ts';
import { deviceType } from './device-type.ts';
import { hdVendor } from './hd-vendor.ts';
import { host } from './host.ts';
import { hostHardware } from './host-hardware.ts';
import { hostType } from './host-type.ts';
import { lab } from './lab.ts';
import { nic } from './nic.ts';
import { rack } from './rack.ts';

/** Places and machines, in the order in which the API root names them. */
export const inventory: readonly Resource[] = [
  hdVendor,
  hostHardware,
  hostType,
  lab,
  rack,
  building,
  card,
  cardType,
  nic,
  host,
  deviceType,
];
