import { catalogue } from './index.svelte';
import vi from './vi/pupils';

export const t = catalogue('pupils', vi);
