import { catalogue } from './index.svelte';
import vi from './vi/glass';

export const t = catalogue('glass', vi);
