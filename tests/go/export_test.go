package boltzapi

import "go.boltz.bio/boltzapi/internal/jsonwalk"

// DecodePage decodes the keys of a page as List does.
func DecodePage(page string, keys *[]APIKey) error {
	return jsonwalk.Decode(page, keys, func(keys *[]APIKey, d *jsonwalk.Decoder) {
		d.Object()
		for name, ok := d.Next(); ok; name, ok = d.Next() {
			if name == "data" {
				jsonwalk.DecodeSlice(keys, d, (*APIKey).decode)
			} else {
				d.Skip()
			}
		}
	})
}
