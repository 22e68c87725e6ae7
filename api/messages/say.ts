import { type SharedKey, sharedMessages } from '../../shared/messages/say.ts';
import { speakerOf } from '../../shared/messages/speaker.ts';

/** What the pages of the resource API can say. */
export type Key = SharedKey;

export const speaker = speakerOf<Key>(sharedMessages);
export const { say, rich } = speaker;
