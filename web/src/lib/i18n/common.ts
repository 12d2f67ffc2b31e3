import { catalogue } from './index.svelte';
import vi from './vi/common';

export const t = catalogue('common', vi);
