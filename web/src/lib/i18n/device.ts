import { catalogue } from './index.svelte';
import vi from './vi/device';

export const t = catalogue('device', vi);
