import { catalogue } from './index.svelte';
import vi from './vi/today';

export const t = catalogue('today', vi);
