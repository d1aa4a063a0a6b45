// Api lists what a module exports, a line for each thing that a program can depend on. It runs in the module's folder.
package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

func main() {
	if err := list(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func list(w io.Writer) error {
	module, err := run("list", "-m")
	if err != nil {
		return err
	}
	// Compiled packages by path: that is what imports are read from.
	exports := map[string]string{}
	text, err := run("list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./...")
	if err != nil {
		return err
	}
	for _, line := range strings.Split(text, "\n") {
		name, file, _ := strings.Cut(line, " ")
		exports[name] = file
	}
	files := token.NewFileSet()
	compiled := importer.ForCompiler(files, "gc", func(name string) (io.ReadCloser, error) { return os.Open(exports[name]) })
	folders, err := run("list", "-f", "{{.ImportPath}} {{.Dir}} {{range .GoFiles}}{{.}} {{end}}", "./...")
	if err != nil {
		return err
	}
	var lines []string
	for _, line := range strings.Split(folders, "\n") {
		fields := strings.Fields(line)
		if strings.Contains(fields[0]+"/", "/internal/") {
			continue
		}
		var sources []*ast.File
		for _, name := range fields[2:] {
			source, err := parser.ParseFile(files, path.Join(fields[1], name), nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			sources = append(sources, source)
		}
		pkg, err := (&types.Config{Importer: compiled}).Check(fields[0], files, sources, nil)
		if err != nil {
			return err
		}
		lines = append(lines, exported(pkg, module)...)
	}
	slices.Sort(lines)
	out := bufio.NewWriter(w)
	for _, line := range slices.Compact(lines) {
		fmt.Fprintln(out, line)
	}
	return out.Flush()
}

func run(arguments ...string) (string, error) {
	command := exec.Command("go", arguments...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	return strings.TrimSpace(string(out)), err
}

// exported returns the lines of one package: names without the module's path.
func exported(pkg *types.Package, module string) []string {
	qualify := func(p *types.Package) string { return strings.TrimPrefix(strings.TrimPrefix(p.Path(), module), "/") }
	text := func(t types.Type) string { return types.TypeString(t, qualify) }
	prefix := qualify(pkg)
	if prefix != "" {
		prefix += "."
	}
	var lines []string
	add := func(format string, arguments ...any) { lines = append(lines, prefix+fmt.Sprintf(format, arguments...)) }
	for _, name := range pkg.Scope().Names() {
		object := pkg.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		switch object := object.(type) {
		case *types.Const:
			add("%s: const %s = %s", name, text(object.Type()), object.Val())
		case *types.Var:
			add("%s: var %s", name, text(object.Type()))
		case *types.Func:
			add("%s: %s", name, text(object.Type()))
		case *types.TypeName:
			named, ok := types.Unalias(object.Type()).(*types.Named)
			if !ok {
				add("%s: type %s", name, text(object.Type().Underlying()))
				continue
			}
			if under, ok := named.Underlying().(*types.Struct); ok {
				add("%s: type struct", name)
				fieldsOf(under, name, func(path string, field types.Type) { add("%s: field %s", path, text(field)) })
			} else {
				add("%s: type %s", name, text(named.Underlying()))
			}
			// Of a pointer: those of the value are among them.
			methods := types.NewMethodSet(types.NewPointer(named))
			for i := range methods.Len() {
				if method := methods.At(i).Obj(); method.Exported() {
					add("%s.%s: method %s", name, method.Name(), strings.TrimPrefix(text(method.Type()), "func"))
				}
			}
		}
	}
	return lines
}

// fieldsOf adds the exported fields of a struct, those of structs without a name in it included.
func fieldsOf(of *types.Struct, path string, add func(string, types.Type)) {
	for i := range of.NumFields() {
		field := of.Field(i)
		if !field.Exported() {
			continue
		}
		if inner, ok := field.Type().(*types.Struct); ok {
			fieldsOf(inner, path+"."+field.Name(), add)
		} else {
			add(path+"."+field.Name(), field.Type())
		}
	}
}
