import { catalogue } from './index.svelte';
import vi from './vi/help';

export const t = catalogue('help', vi);
