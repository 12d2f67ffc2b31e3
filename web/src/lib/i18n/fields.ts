import { catalogue } from './index.svelte';
import vi from './vi/fields';

export const t = catalogue('fields', vi);
