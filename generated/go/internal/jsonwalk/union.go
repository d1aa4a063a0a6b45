package jsonwalk

// New decodes a value into a new variable, and returns the pointer.
func New[T any](d *Decoder, decode func(*T, *Decoder)) any {
	v := new(T)
	decode(v, d)
	return v
}

// Variant returns a function that does what New does, for FirstThatFits.
func Variant[T any](decode func(*T, *Decoder)) func(*Decoder) any {
	return func(d *Decoder) any { return New(d, decode) }
}

// As returns what value points to if it points to a T, else the zero T.
func As[T any](value any) T {
	if v, ok := value.(*T); ok {
		return *v
	}
	var zero T
	return zero
}

// Tag returns the text of the member called name of the object to come, and stays before that object.
func (d *Decoder) Tag(name string) string {
	start := d.pos
	d.Object()
	var tag string
	found := false
	for member, ok := d.Next(); ok; member, ok = d.Next() {
		if member != name {
			d.Skip()
			continue
		}
		found = true
		String(&tag, d)
		if d.Failed() {
			d.In(name)
			return ""
		}
	}
	if !found {
		d.Missing(name)
	}
	d.pos = start
	d.first = false
	return tag
}

// FirstThatFits decodes the first alternative without a fault.
func (d *Decoder) FirstThatFits(alternatives ...func(*Decoder) any) any {
	if d.Failed() {
		return nil
	}
	start, depth := d.pos, d.depth
	for _, alternative := range alternatives {
		value := alternative(d)
		if !d.Failed() {
			return value
		}
		d.pos, d.depth, d.fail, d.path, d.first = start, depth, "", d.path[:0], false
	}
	d.expected("one of several alternatives")
	return nil
}
