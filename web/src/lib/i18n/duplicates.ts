import { catalogue } from './index.svelte';
import vi from './vi/duplicates';

export const t = catalogue('duplicates', vi);
