import { catalogue } from './index.svelte';
import vi from './vi/settings';

export const t = catalogue('settings', vi);
