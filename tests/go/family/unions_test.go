package boltzapi_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"go.boltz.bio/boltzapi"
)

func TestTaggedUnions(t *testing.T) {
	answer := `{"petType": "dog", "name": "Rex", "playsWith": [{"petType": "cat", "name": "Tom", "lives": 9}, {"petType": "fish", "fins": 2}]}`
	client, got := answering(t, 200, answer)
	pet, err := client.Pets.AddPet(ctx, boltzapi.PetAddPetParams{Body: boltzapi.PetParam{OfDog: &boltzapi.DogParam{
		Name: "Rex", PlaysWith: []boltzapi.PetParam{{OfCat: &boltzapi.CatParam{Name: "Tom", Indoor: boltzapi.Bool(true)}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, `{"petType": "dog", "name": "Rex", "playsWith": [{"petType": "cat", "name": "Tom", "indoor": true}]}`, got.body)
	kept(t, answer, pet)
	dog := pet.AsDog()
	same(t, "Rex", dog.Name)
	same(t, "dog", pet.PetType)
	same(t, "", pet.AsCat().Name)
	switch first := dog.PlaysWith[0].AsAny().(type) {
	case boltzapi.Cat:
		same(t, "Tom", first.Name)
		same(t, "9", first.JSON.ExtraFields["lives"].Raw())
	default:
		t.Errorf("got %T", first)
	}
	same(t, nil, dog.PlaysWith[1].AsAny())
	same(t, "fish", dog.PlaysWith[1].PetType)
}

func TestWrongUnions(t *testing.T) {
	client, got := answering(t, 200, `{"name": "no tag"}`)
	add := func(body boltzapi.PetParam) error {
		_, err := client.Pets.AddPet(ctx, boltzapi.PetAddPetParams{Body: body})
		return err
	}
	refused(t, "body", add(boltzapi.PetParam{}))
	refused(t, "body", add(boltzapi.PetParam{OfCat: &boltzapi.CatParam{Name: "Tom"}, OfDog: &boltzapi.DogParam{}}))
	refused(t, "body.name", add(boltzapi.PetParam{OfCat: &boltzapi.CatParam{}}))
	refused(t, "body.petType", add(boltzapi.PetParam{OfCat: &boltzapi.CatParam{PetType: "dog", Name: "Tom"}}))
	refused(t, "body.playsWith[0].name", add(boltzapi.PetParam{OfDog: &boltzapi.DogParam{
		PlaysWith: []boltzapi.PetParam{{OfCat: &boltzapi.CatParam{}}},
	}}))
	if got.Request != nil {
		t.Error("sent")
	}
	if err := add(boltzapi.PetParam{OfCat: &boltzapi.CatParam{Name: "Tom"}}); err == nil {
		t.Error("an answer without a tag")
	}
}

func TestUnionsByType(t *testing.T) {
	for _, answer := range []string{
		`{"name": "Ann", "reference": "r1", "pet": null, "contact": {"by": "mail", "address": "a"}, "level": "low"}`,
		`{"name": "Ann", "reference": 7, "pet": {"petType": "cat", "name": "Tom"}, "contact": {"by": "phone", "number": "1"}}`,
		`{"name": "Ann", "reference": null, "contact": {"by": "pigeon"}}`,
	} {
		client, _ := answering(t, 200, answer)
		owner, err := client.Owners.AddOwner(ctx, boltzapi.OwnerAddOwnerParams{Name: "Ann"})
		if err != nil {
			t.Fatal(err)
		}
		kept(t, answer, owner)
	}
	client, got := answering(t, 200, `{"name": "Ann"}`)
	_, err := client.Owners.AddOwner(ctx, boltzapi.OwnerAddOwnerParams{
		Name: "Ann", Reference: boltzapi.OwnerAddOwnerParamsReference{OfInt: boltzapi.Int(7)}, Level: "low",
		Contact: boltzapi.OwnerAddOwnerParamsContact{OfOwnerContactPhone: &boltzapi.OwnerContactPhoneParam{Number: "+1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, `{"name": "Ann", "reference": 7, "level": "low", "contact": {"by": "phone", "number": "+1"}}`, got.body)
	_, err = client.Owners.AddOwner(ctx, boltzapi.OwnerAddOwnerParams{
		Name: "Ann", Reference: boltzapi.OwnerAddOwnerParamsReference{OfString: boltzapi.String("nine chars")},
	})
	refused(t, "reference", err)
	_, err = client.Owners.AddOwner(ctx, boltzapi.OwnerAddOwnerParams{
		Name:    "Ann",
		Contact: boltzapi.OwnerAddOwnerParamsContact{OfOwnerContactPhone: &boltzapi.OwnerContactPhoneParam{Number: "x"}},
	})
	refused(t, "contact.number", err)
}

func TestUnionsArePrintedAsWhatTheyAre(t *testing.T) {
	var pet boltzapi.Pet
	if err := json.Unmarshal([]byte(`{"petType": "cat", "name": "Tom"}`), &pet); err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%+v", pet); text[:23] != "{PetType:cat Name:Tom I" {
		t.Error(text)
	}
}
